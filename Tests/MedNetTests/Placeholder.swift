// Tests of the module follow with its first file.
