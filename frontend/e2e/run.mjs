// npm run e2e: the window in headless Chromium. Without MARKAI_URL on its fake
// case file, with pictures of every screen; with it against a real server:
//   MARKAI_URL="http://127.0.0.1:7417/?token=…" npm run e2e
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const cwd = fileURLToPath(new URL("..", import.meta.url));

if (process.env.MARKAI_URL) {
  await import("./real.mjs");
  // The vault is open now: the same server must keep the clients' contract.
  const env = { ...process.env, MARKAI_CONTRACT_URL: process.env.MARKAI_URL };
  execFileSync("npx", ["vitest", "run", "src/api/contract.test.ts"], { cwd, stdio: "inherit", env });
} else {
  execFileSync("npx", ["vite", "build", "--logLevel", "error"], { cwd, stdio: "inherit", env: { ...process.env, MARKAI_FAKE: "1" } });
  await import("./fake.mjs");
  await import("./gallery.mjs");
}
