"""Tests of the synthetic worlds and of the files they leave behind."""
