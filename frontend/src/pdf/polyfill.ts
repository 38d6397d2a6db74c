// WebKit has no async iteration of ReadableStream yet, and pdf.js reads the
// text of a page with it.
interface Iterable {
  [Symbol.asyncIterator]?: () => AsyncGenerator<unknown>;
  getReader(): ReadableStreamDefaultReader<unknown>;
}

const prototype = ReadableStream.prototype as unknown as Iterable;
prototype[Symbol.asyncIterator] ??= async function* (this: Iterable) {
  const reader = this.getReader();
  try {
    for (let r = await reader.read(); !r.done; r = await reader.read()) yield r.value;
  } finally {
    reader.releaseLock();
  }
};

export {};
