"""Operations, parameters, activations and memory as other tools and papers count them."""
