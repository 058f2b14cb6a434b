"""An edge whose package is not installed."""

import package_of_somebody  # type: ignore[import-not-found]

Edge = package_of_somebody.Edge
