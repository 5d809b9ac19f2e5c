# SPDX-License-Identifier: Apache-2.0
"""The two ways a verb ends badly. Anything else that escapes is a bug of the tool."""


class AxleError(Exception):
    """Something was tried and failed: exit status 1. The message says what, and what to do."""

    status = 1


class UsageError(AxleError):
    """The command line or a configuration file is wrong: exit status 2."""

    status = 2
