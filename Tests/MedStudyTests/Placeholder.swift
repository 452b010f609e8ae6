// Tests of planning and evaluation follow.
