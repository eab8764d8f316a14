"""Compiled kernels kept on disk: nothing is compiled twice on one machine.

numba's own cache on disk is not used. There, processes that start together all compile the same kernels, and overwrite
each other's entries in the index of a kernel; a file that a full disk cut short ends in an error, and one that was
damaged later may be run; and a kernel is not compiled again when something that it calls changes.

Here an entry is one file: a checksum, and one kernel compiled for one signature and processor. It is moved into place
when it is whole, and what cannot be read is compiled again. Who compiles has the folder's lock, and looks again once it
has it, since another process may have compiled the same meanwhile. Entries stand in a folder for each state of the
sources and of the compiler; folders that nobody uses any more are removed.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import logging
import os
import pickle
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import llvmlite
import numba
import numpy as np
from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.compiler_lock import global_compiler_lock
from numba.core.runtime import rtsys
from numba.core.serialize import dumps

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

#: How long to wait for another process that compiles [seconds]; one that was stopped must not stop all others.
PATIENCE = 120.0
#: When to say so [seconds]: compiling everything takes half a minute.
_TOLD = 60.0
#: Between two looks whether it is done [seconds].
_PAUSE = 0.05
#: A folder that nobody used for so long is removed [seconds]: always, and when there are `_MANY` newer ones.
_OLD, _OLD_AMONG_MANY, _MANY = 30 * 86400.0, 86400.0, 10
#: What folders begin with, and the file in each that is locked; when it was last touched, the folder was last used.
_PREFIX, _LOCK = "kernels-", "lock"
_CHECKSUM = 16


def keep(dispatcher: Any, folder: Folder) -> None:
    """Have a numba dispatcher load what it can from a folder, and compile only what nobody has compiled before."""
    kept = _Kept(dispatcher, folder)
    dispatcher._cache = kept
    dispatcher.compile = functools.partial(_compile_once, kept, dispatcher.compile)


def _compile_once(kept: _Kept, load_or_compile: Any, signature: Any) -> Any:
    """Load a kernel, or compile and keep it while no other process does.

    numba's own lock, which it takes anyway, comes first: so there is one order of locks, and one thread of this process
    at a time deals with the folder's.
    """
    with global_compiler_lock, kept.folder.locked(unless=lambda: kept.has(signature)):
        return load_or_compile(signature)


class Folder:
    """The places where entries are looked for, and the one where they are put.

    Parameters
    ----------
    parents
        Entries are looked for in all that can be read, and put into the first that can be written: an installation
        that can only be read may bring its kernels along.
    name
        Tells the state of the sources and of the compiler.
    """

    def __init__(self, parents: list[Path], name: str):
        self.places = [parent / (_PREFIX + name) for parent in parents]
        self.own = next((place for place in self.places if _made_ready(place)), None)
        self._patience = PATIENCE
        self._held = False

    def read(self, name: str) -> bytes | None:
        """The content of an entry, if it is there and whole."""
        for place in self.places:
            try:
                content = (place / name).read_bytes()
            except OSError:
                continue
            if content[:_CHECKSUM] == _checksum(content[_CHECKSUM:]):
                return content[_CHECKSUM:]
        return None

    def write(self, name: str, content: bytes) -> None:
        """Put an entry in place, whole or not at all."""
        if self.own is None:
            return
        unfinished = self.own / f"{name}.{os.getpid()}"
        try:
            unfinished.write_bytes(_checksum(content) + content)
            unfinished.replace(self.own / name)
        except OSError:  # a full disk, or a folder that was removed: nothing is kept
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)

    @contextlib.contextmanager
    def locked(self, unless: Callable[[], bool]) -> Iterator[None]:
        """Hold the lock, unless there is no need or no more need.

        It is a lock of the operating system and ends with the process that holds it. Where it cannot be had, go on
        without: then work may be done twice, but not wrongly.
        """
        if self.own is None or self._held or unless():  # held: a kernel is compiled for the sake of another
            yield
            return
        with contextlib.ExitStack() as until_done:
            with contextlib.suppress(OSError):
                file = until_done.enter_context(open(self.own / _LOCK, "ab"))
                self._wait(file, unless)
            self._held = True
            try:
                yield
            finally:
                self._held = False

    def _wait(self, file: BinaryIO, unless: Callable[[], bool]) -> None:
        begin, told = time.monotonic(), False
        while not _lock(file) and not unless():
            waited = time.monotonic() - begin
            if waited > self._patience:
                self._patience = 0.0  # once is enough: do not wait again for every kernel
                return
            if waited > _TOLD and not told:
                told = True
                logging.getLogger(__name__).warning("waiting for another process that compiles the same kernels")
            time.sleep(_PAUSE)


class _Kept(NullCache):
    """The entries of one kernel, in the form in which numba asks for them."""

    def __init__(self, dispatcher: Any, folder: Folder):
        self.folder = folder
        self._context = dispatcher.targetctx
        function = dispatcher.py_func
        self._kernel = (function.__module__, function.__qualname__, _digest(function.__code__.co_filename))

    def has(self, signature: Any) -> bool:
        return self.folder.read(self._name(signature)) is not None

    def load_overload(self, signature: Any, target_context: Any) -> Any:
        content = self.folder.read(self._name(signature))
        if content is None:
            return None
        # numba would first fill all its tables for compiling, which takes longer than all the loading. What has been
        # compiled needs its memory allocator only.
        rtsys.initialize(target_context)
        try:
            kept_signature, parts = pickle.loads(content)
            if kept_signature == signature:
                return CompileResult._rebuild(target_context, *parts)
        except Exception:  # whatever does not suit this numba: it can be compiled again
            pass
        return None

    def save_overload(self, signature: Any, data: Any) -> None:
        if data.library.has_dynamic_globals:  # addresses of this process
            return
        self.folder.write(self._name(signature), dumps((signature, data._reduce())))

    def _name(self, signature: Any) -> str:
        """File of an entry: the kernel, the types of its arguments, and the processor with all that it can do."""
        processor = self._context.codegen().magic_tuple()
        module, function, _ = self._kernel
        key = hashlib.sha256(repr((self._kernel, str(signature), processor)).encode()).hexdigest()
        return f"{module.rpartition('.')[2]}.{function}-{key[:16]}".replace("<", "").replace(">", "")


def state_of(sources: list[Path], *options: Any) -> str:
    """The name of a state of the sources, of the compiler and of its options, the same for equal ones."""
    config = numba.config
    digest = hashlib.sha256()
    versions = (numba.__version__, llvmlite.__version__, np.__version__, sys.implementation.cache_tag)
    told = (
        config.OPT,
        config.BOUNDSCHECK,
        config.LOOP_VECTORIZE,
        config.SLP_VECTORIZE,
        config.DEBUGINFO_DEFAULT,
        config.USING_SVML,
    )
    digest.update(repr((versions, [str(value) for value in told], options)).encode())
    for source in sources:
        digest.update(_digest(str(source)).encode())
    return digest.hexdigest()[:16]


def _digest(source: str) -> str:
    return hashlib.sha256(Path(source).read_bytes()).hexdigest()


def _made_ready(place: Path) -> bool:
    """Whether entries can be put there; the folder is made, and those that it replaces are removed."""
    try:
        fresh = not place.exists()
        place.mkdir(parents=True, exist_ok=True)
        (place / _LOCK).open("ab").close()
        os.utime(place / _LOCK)
    except OSError:
        return False
    if fresh:
        _tidy(place.parent)
    return True


def _tidy(parent: Path) -> None:
    """Remove folders that nobody uses any more.

    Should somebody, then all the same nothing is lost but the time to compile: what has been loaded is in memory.
    """
    used = sorted(((_last_used(folder), folder) for folder in parent.glob(_PREFIX + "*")), reverse=True)
    now = time.time()
    for number, (when, folder) in enumerate(used):
        if now - when > (_OLD if number < _MANY else _OLD_AMONG_MANY):
            shutil.rmtree(folder, ignore_errors=True)


def _last_used(folder: Path) -> float:
    for path in (folder / _LOCK, folder):
        with contextlib.suppress(OSError):
            return path.stat().st_mtime
    return time.time()  # being removed by somebody else


def _lock(file: BinaryIO) -> bool:
    """Lock a file if nobody else has; closing it unlocks it. Another OSError means that locking does not work here."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _checksum(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_CHECKSUM).digest()
