import secrets

import pytest
from hypothesis import core, settings

# Generated examples are the same in every run, unless --fresh-seeds is given.
settings.register_profile("simcore", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("fresh", derandomize=False, deadline=None, print_blob=True)


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="also run tests that take more than a few seconds")
    parser.addoption(
        "--fresh-seeds", action="store_true", help="new seeds for statistical tests and generated examples; prints them"
    )


def pytest_configure(config):
    fresh = config.getoption("--fresh-seeds")
    settings.load_profile("fresh" if fresh else "simcore")
    if fresh and config.option.hypothesis_seed is None:
        # As an option, it reaches the processes of pytest-xdist too.
        config.option.hypothesis_seed = str(secrets.randbits(64))
    if fresh:
        core.global_force_seed = int(config.option.hypothesis_seed)


def pytest_terminal_summary(terminalreporter, config):
    if config.getoption("--fresh-seeds"):
        seed = core.global_force_seed
        terminalreporter.write_line(f"seed of the generated examples: {seed} (repeat with --hypothesis-seed={seed})")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--slow"):
        skip = pytest.mark.skip(reason="slow: run with --slow")
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(skip)
