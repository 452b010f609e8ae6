// Tests of the engine follow with its networks.
