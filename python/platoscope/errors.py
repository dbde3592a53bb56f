"""The exceptions of platoscope, grouped by what a caller would do about them.

::

    PlatoscopeError
    ├── InputError      (ValueError)     an argument, a params file or an array is wrong: mend it
    │   └── UnavailableError             what is asked for does not exist for these samples: do without, or get more
    ├── DataError       (ValueError)     a data set's file or row is wrong: mend the data
    ├── StoreError      (OSError)        a store is missing, of another format, or does not belong to the others
    ├── WeightsError    (OSError)        weights are missing, gated, or do not fit the architecture
    ├── StaleCodeError  (RuntimeError)   the compiled module was built from other sources: rebuild it
    ├── EncodingError   (RuntimeError)   an encoder gave something that cannot be used (a non-finite activation)
    ├── EndpointError   (ConnectionError) a server is not there, or refuses the key, the model or the form: mend it
    └── WorkerError     (RuntimeError)   this machine starts no worker processes: mend it, and run again

The command line prints them in one line and ends with code 2 for bad input, 1 for a failed run.
"""


class PlatoscopeError(Exception):
    """Base of every error that platoscope raises on purpose."""

    exit_code = 1


class InputError(PlatoscopeError, ValueError):
    """An argument, a parameter or an array is not what it has to be."""

    exit_code = 2


class UnavailableError(InputError):
    """What is asked for does not exist for these samples, these tables or this metric."""


class DataError(PlatoscopeError, ValueError):
    """A data set's file or row is not what it has to be; the message names file and line."""

    exit_code = 2


class StoreError(PlatoscopeError, OSError):
    """A store is missing, has another format version, or was made from other samples."""


class WeightsError(PlatoscopeError, OSError):
    """Weights are missing, gated or do not fit the architecture."""


class StaleCodeError(PlatoscopeError, RuntimeError):
    """The compiled module or the installed package is not made from the sources beside it."""


class EncodingError(PlatoscopeError, RuntimeError):
    """An encoder gave something that cannot be used."""


class WorkerError(PlatoscopeError, RuntimeError):
    """Worker processes cannot be started on this machine, or do not live until their first job."""


class EndpointError(PlatoscopeError, ConnectionError):
    """A server that is asked for captions is not there, or refuses the key, the model or the form of the answer."""
