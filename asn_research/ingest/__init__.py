"""Raw office files to clean tables: form changes, meaning never."""
