"""Tiny random chat models, of texts alone and of images too, with tokenizers by bytes and chat templates."""

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

SPECIAL = ["<pad>", "<s>", "</s>", "<image>"]
LIMIT = 4096
TEMPLATE = (
    "<s>{% for message in messages %}{{ message['role'] }}: {% if message['content'] is string %}"
    "{{ message['content'] }}{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}{{ '\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}"
)


def tokenizer():
    """One token a byte."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    ids = {token: i for i, token in enumerate([*SPECIAL, *letters])}
    made = Tokenizer(models.BPE(ids, []))
    made.add_special_tokens(SPECIAL)
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="<pad>", bos_token="<s>", eos_token="</s>", chat_template=TEMPLATE
    )


def llama_config(read, *, limit=LIMIT, width=16):
    return LlamaConfig(
        vocab_size=len(read),
        hidden_size=width,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=2 * width,
        max_position_embeddings=limit,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )


def write_chat(folder, *, seed=0, template=TEMPLATE, limit=LIMIT):
    """A checkpoint of a llama with random weights."""
    torch.manual_seed(seed)
    read = tokenizer()
    read.chat_template = template
    LlamaForCausalLM(llama_config(read, limit=limit)).save_pretrained(folder)
    read.save_pretrained(folder)
    return folder


def write_chat_that_answers(folder, chat, answer, *, steps=200):
    """A checkpoint that learned one answer to one chat by heart."""
    torch.manual_seed(0)
    read = tokenizer()
    asked = read.apply_chat_template(chat, add_generation_prompt=True)["input_ids"]
    said = read(answer)["input_ids"] + [read.eos_token_id]
    tokens = torch.tensor([[*asked, *said]])
    labels = torch.tensor([[-100] * len(asked) + said])
    model = LlamaForCausalLM(llama_config(read, width=64))
    optimiser = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(steps):
        loss = model(input_ids=tokens, labels=labels).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss.item() < 0.05
    model.save_pretrained(folder)
    read.save_pretrained(folder)
    return folder


def write_seeing_chat(folder, *, seed=0):
    """A checkpoint of a LLaVA, a tiny CLIP before a tiny llama, with random weights."""
    from transformers import (
        CLIPImageProcessor,
        CLIPVisionConfig,
        LlavaConfig,
        LlavaForConditionalGeneration,
        LlavaProcessor,
    )

    torch.manual_seed(seed)
    read = tokenizer()
    vision = CLIPVisionConfig(
        hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2, image_size=16, patch_size=8
    )
    text = llama_config(read)
    image = read.convert_tokens_to_ids("<image>")
    config = LlavaConfig(vision_config=vision, text_config=text, image_token_id=image, pad_token_id=0)
    model = LlavaForConditionalGeneration(config)
    with torch.no_grad():
        for parameter in model.parameters():  # far from the tame weights of an initialisation
            parameter.add_(torch.randn_like(parameter) * 0.2)
    model.save_pretrained(folder)
    pixels = CLIPImageProcessor(size={"shortest_edge": 16}, crop_size={"height": 16, "width": 16})
    LlavaProcessor(
        image_processor=pixels,
        tokenizer=read,
        patch_size=8,
        vision_feature_select_strategy="default",
        chat_template=TEMPLATE,
        image_token="<image>",
        num_additional_image_tokens=1,
    ).save_pretrained(folder)
    return folder
