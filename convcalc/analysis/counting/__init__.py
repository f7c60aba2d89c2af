"""Operations, parameters, activations and memory, counted like other tools and papers do."""
