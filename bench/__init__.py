"""Speed and memory of both apps, as ratios to a bare app measured in the same run. See bench/README.md."""
