/** MD4 (RFC 1320). NTLM hashes passwords with it; OpenSSL 3 keeps its own in a legacy provider that Node does not load. */
export function md4(data: Uint8Array): Buffer {
  const words = padded(data);
  const state = new Int32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]);
  for (let block = 0; block < words.length; block += 16) addBlock(state, words.subarray(block, block + 16));
  const digest = Buffer.alloc(16);
  state.forEach((word, i) => digest.writeInt32LE(word, i * 4));
  return digest;
}

/** The three rounds of RFC 1320 3.4: constant, rotations, and the order in which a block's words are taken. */
const ROUNDS = [
  { add: 0, turns: [3, 7, 11, 19], order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] },
  { add: 0x5a827999, turns: [3, 5, 9, 13], order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15] },
  { add: 0x6ed9eba1, turns: [3, 9, 11, 15], order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15] },
];

const MIX = [
  (x: number, y: number, z: number): number => (x & y) | (~x & z),
  (x: number, y: number, z: number): number => (x & y) | (x & z) | (y & z),
  (x: number, y: number, z: number): number => x ^ y ^ z,
];

function addBlock(state: Int32Array, words: Int32Array): void {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  ROUNDS.forEach(({ add, turns, order }, round) => {
    const mix = MIX[round] ?? (() => 0);
    order.forEach((word, step) => {
      const sum = (a + mix(b, c, d) + (words[word] ?? 0) + add) | 0;
      const turn = turns[step & 3] ?? 0;
      [a, b, c, d] = [d, (sum << turn) | (sum >>> (32 - turn)), b, c];
    });
  });
  [a, b, c, d].forEach((word, i) => (state[i] = (state[i] ?? 0) + word));
}

/** RFC 1320 3.1–3.2: a one bit, zeros, and the length in bits, up to whole blocks of 64 bytes. */
function padded(data: Uint8Array): Int32Array {
  const bytes = Buffer.alloc(Math.ceil((data.length + 9) / 64) * 64);
  bytes.set(data);
  bytes[data.length] = 0x80;
  bytes.writeBigUInt64LE(BigInt(data.length) * 8n, bytes.length - 8);
  return Int32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readInt32LE(i * 4));
}
