"""What wraps or replaces parts of Flask: headers, error pages, request log, language, visitor."""
