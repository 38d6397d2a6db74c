// Package convert turns published weights (safetensors with config.json and the
// files of the tokenizer) of the Llama, Mistral, Mixtral, Qwen, Gemma and BERT
// families into GGUF files. What it does not know it refuses: a model that is
// nearly right gives answers that are quietly wrong.
package convert
