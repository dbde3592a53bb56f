"""The laws of motion, each with its twin: a setting becomes a scene, in closed form."""
