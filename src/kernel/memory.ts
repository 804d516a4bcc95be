/** Smaller buffers come from the allocator as usual. */
const WORTH_MAPPING = 32 * 1024

/**
 * Zeroed bytes for something large and short-lived. A buffer that may be resized is mapped by itself, so the system has
 * it back the moment it goes; the allocator would keep what hundreds of bodies once took.
 */
export function mapped(size: number): Uint8Array<ArrayBuffer> {
  return size < WORTH_MAPPING ? new Uint8Array(size) : new Uint8Array(new ArrayBuffer(size, { maxByteLength: size }))
}

/** Gives the memory of bytes back at once, if nothing else lies in their buffer; they are empty afterwards. */
export function release({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) buffer.transferToFixedLength(0)
}
