// Package convert turns published weights (safetensors with config.json,
// tokenizer.json and tokenizer_config.json) of the Llama, Qwen and Gemma
// families into GGUF files. What it does not know it refuses: a model that is
// nearly right gives answers that are quietly wrong.
package convert
