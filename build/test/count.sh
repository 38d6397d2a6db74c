# Counts the tests in go's verbose output.

# counted_go copies what it reads and ends with a line "counted P F"; the
# reasons of skipped tests become notes. Use it with pipefail.
counted_go() {
  awk '
    { print }
    /^--- PASS/ { passed++ }
    /^--- FAIL/ { failed++ }
    /^--- SKIP/ { skipped[$3] = 1; count++ }
    END {
      print "counted " passed + 0 " " failed + 0
      if (count) printf "note: %d skipped (grep SKIP in the log)\n", count
    }'
}

# counted_vitest does the same for Vitest, from its summary
# ("Tests  3 failed | 45 passed (48)").
counted_vitest() {
  sed 's/\x1b\[[0-9;]*m//g' | awk '
    { print }
    $1 == "Tests" {
      for (i = 2; i <= NF; i++) {
        if ($i ~ /^passed/) passed = $(i - 1)
        if ($i ~ /^failed/) failed = $(i - 1)
      }
    }
    END { print "counted " passed + 0 " " failed + 0 }'
}
