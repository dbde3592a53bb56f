"""A real HTTP server on loopback that speaks the chat protocol, and misbehaves on cue; it counts what it is asked."""

import json
import re
import threading
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
FILLED = re.compile(r"The description: (\".*\")", re.DOTALL)


def captions_for(text, n):
    """Distinct captions in English that tell their source."""
    return [f"The {word} part of what is said: {text[:20].strip()}" for word in NUMBERS[:n]]


def completion(content, *, finish="stop", **message):
    choice = {"index": 0, "message": {"role": "assistant", "content": content, **message}, "finish_reason": finish}
    usage = {"prompt_tokens": 100, "completion_tokens": 50}
    return {"id": "x", "object": "chat.completion", "choices": [choice], "usage": usage}


class Request:
    """One request: its headers, its JSON, the text that it is about, and how many came about that text before."""

    def __init__(self, headers, body, before):
        self.headers, self.body, self.before = headers, body, before
        self.text = text_of(body)
        schema = body.get("response_format", {}).get("json_schema", {}).get("schema")
        asked = re.search(r"exactly (\d+) captions", body["messages"][-1]["content"] if schema is None else "")
        self.n = schema["properties"]["captions"]["minItems"] if schema else int(asked[1])


def text_of(body):
    """The description in the first message of the user; of frames, the number of images."""
    content = body["messages"][1]["content"]
    if isinstance(content, list):
        return f"{sum(part['type'] == 'image_url' for part in content)} images"
    return json.loads(FILLED.search(content)[1])


class ChatServer(ThreadingHTTPServer):
    """``behave(request)`` gives (status, headers, body) or is called with the handler where it gives a function."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, behave):
        super().__init__(("127.0.0.1", 0), Handler)
        self.behave, self.counts, self.requests = behave, Counter(), []
        self.lock, self.running, self.most = threading.Lock(), 0, 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request, client_address):
        """Clients that are killed, and connections that are cut on cue, are no news."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server = self.server
        with server.lock:
            text = text_of(body)
            request = Request(dict(self.headers), body, server.counts[text])
            server.counts[text] += 1
            server.requests.append((self.path, request))
            server.running += 1
            server.most = max(server.most, server.running)
        try:
            answer = server.behave(request)
            if callable(answer):
                answer(self)
            else:
                self.send(*answer)
        finally:
            with server.lock:
                server.running -= 1

    def send(self, status, headers, content):
        data = content.encode() if isinstance(content, str) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        """Say nothing."""


def good(request):
    """An answer as it should be."""
    return 200, {}, completion(json.dumps({"captions": captions_for(request.text, request.n)}))


def says(content, **more):
    """Always this text."""
    return lambda _: (200, {}, completion(content, **more))


def fails(status, *, message="no", headers=None):
    return lambda _: (status, headers or {}, {"error": {"message": message, "type": "some", "code": status}})


def first(behave, *, times=1):
    """Misbehave the first times that a text is asked about, then be good."""
    return lambda request: behave(request) if request.before < times else good(request)


def cut_off(_):
    """Promise a long body and close the connection in the middle of it."""

    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"choices": [')
        handler.close_connection = True

    return answer


def drips(gate):
    """Send a byte now and then, so that no single read is late, until the gate opens."""

    def behave(_):
        def answer(handler):
            handler.send_response(200)
            handler.send_header("Content-Length", "100000")
            handler.end_headers()
            while not gate.wait(0.05):
                handler.wfile.write(b" ")
                handler.wfile.flush()
            handler.close_connection = True

        return answer

    return behave


@contextmanager
def serving(behave=good):
    """Serve until the block ends."""
    server = ChatServer(behave)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
