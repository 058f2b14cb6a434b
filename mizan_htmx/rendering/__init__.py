"""What blocks, forms and channels share when they render parts of a page: partials, URLs, localization."""
