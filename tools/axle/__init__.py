# SPDX-License-Identifier: Apache-2.0
"""The package behind ./axle: Python's standard library only, one module a concern."""
