// As much of the WebDriver protocol as looking into one window needs.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Milliseconds after which a call has failed. */
const limit = 60_000;

/** Starts binary under WebKitWebDriver; both write to the log. */
export async function open(binary, args, log) {
  const port = await freePort();
  const driver = spawn("WebKitWebDriver", [`--port=${port}`, "--host=127.0.0.1"], { stdio: ["ignore", log, log] });
  const base = `http://127.0.0.1:${port}`;
  const call = async (method, path, body) => {
    const response = await fetch(base + path, { method, signal: AbortSignal.timeout(limit), ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${path}: ${value?.message ?? response.status}`);
    return value;
  };
  for (let tries = 0; ; tries++) {
    try {
      await call("GET", "/status");
      break;
    } catch (error) {
      if (tries > 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  const end = async () => {
    driver.kill();
    if (driver.exitCode === null) await once(driver, "exit");
  };
  const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": { binary, args } } };
  const { sessionId } = await call("POST", "/session", { capabilities }).catch(async (error) => {
    await end();
    throw error;
  });
  const session = `/session/${sessionId}`;
  return {
    /** Runs a function's body in the page and returns what it returns. */
    run: (script, ...args) => call("POST", `${session}/execute/sync`, { script, args }),
    async close() {
      await call("DELETE", session).catch(() => undefined);
      await end();
    },
  };
}
