"""What a representation of video knows of time that a bag of its frames cannot know: probes, readouts, vectors."""
