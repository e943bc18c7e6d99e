"""The tests of apportion."""
