"""Imports what is not there."""

from importlib import import_module

import_module("tests.apps.broken.forgotten")
