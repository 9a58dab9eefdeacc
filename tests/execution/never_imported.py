"""A trial whose import never ends, as on a disk that does not answer."""

import threading

threading.Event().wait()
