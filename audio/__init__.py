"""Where sound comes from: files (later devices and streams), resampling, re-blocking, voice activity."""
