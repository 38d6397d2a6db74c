package recipe

import (
	"fmt"
	"strings"

	"markai/backend/gguf"
)

// Plan is how a server with FP8 would take the same model. It is written, not
// run: the local runtime has no FP8.
func Plan(f *gguf.File, name string) string {
	arch := f.Text("general.architecture")
	var b strings.Builder
	fmt.Fprintf(&b, "# Export plan for %s in FP8\n\n", name)
	fmt.Fprintf(&b, "Architecture: %s. Not run here: FP8 needs an NVIDIA GPU of compute capability 8.9 or later and the original weights as safetensors; a GGUF file cannot be turned back without loss.\n\n", arch)
	b.WriteString("vLLM, weights and activations rounded while it loads:\n\n    vllm serve ORIGINAL_FOLDER --quantization fp8 --kv-cache-dtype fp8\n\n")
	b.WriteString("TensorRT-LLM, calibrated once:\n\n    python quantize.py --model_dir ORIGINAL_FOLDER --qformat fp8 --kv_cache_dtype fp8 --output_dir CHECKPOINT\n    trtllm-build --checkpoint_dir CHECKPOINT --output_dir ENGINE\n\n")
	b.WriteString("Either is then added to Mark AI as a server of its own on your network, if your firm allows one.\n")
	return b.String()
}
