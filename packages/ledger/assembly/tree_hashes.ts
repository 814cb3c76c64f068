// asc: --importMemory
/**
 * A bundle of entries, taken apart: SHA-256 of its leaves, four at a time, the root of the perfect tree above them, and what
 * a verifier wants to know of each entry.
 * Nothing is allocated and there is no static data: the caller lays out the memory. `work` has 64 words of round
 * constants, which the caller puts there, and room for {@link WORK_BYTES} in all; it is a multiple of 16.
 * Source: FIPS 180-4, sections 5 and 6.2; RFC 6962, section 2.1; C2SP tlog-tiles for a bundle, docs/ledger-format.md for an entry.
 */

const LANES: i32 = 4
const BLOCK: usize = 64
const HASH: usize = 32
// Offsets in `work`.
const SCHEDULE: usize = 256
const STATE: usize = SCHEDULE + 16 * 16
const NODES: usize = STATE + 8 * 16
/** Two blocks for each lane: a node's message. */
const NODE_BYTES: usize = 2 * BLOCK

function rotated(x: v128, bits: i32): v128 {
  return v128.or(i32x4.shr_u(x, bits), i32x4.shl(x, 32 - bits))
}

/** Bytes of each word in reverse. */
function swapped(x: v128): v128 {
  return i8x16.shuffle(x, x, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)
}

/** Puts sixteen words of each lane's block beside those of the other lanes. */
function spread(a: usize, b: usize, c: usize, d: usize, to: usize): void {
  for (let at: usize = 0; at < BLOCK; at += 16) {
    const va = swapped(v128.load(a + at))
    const vb = swapped(v128.load(b + at))
    const vc = swapped(v128.load(c + at))
    const vd = swapped(v128.load(d + at))
    const ab0 = i32x4.shuffle(va, vb, 0, 4, 1, 5)
    const ab1 = i32x4.shuffle(va, vb, 2, 6, 3, 7)
    const cd0 = i32x4.shuffle(vc, vd, 0, 4, 1, 5)
    const cd1 = i32x4.shuffle(vc, vd, 2, 6, 3, 7)
    const out = to + (at << 2)
    v128.store(out, i64x2.shuffle(ab0, cd0, 0, 2))
    v128.store(out, i64x2.shuffle(ab0, cd0, 1, 3), 16)
    v128.store(out, i64x2.shuffle(ab1, cd1, 0, 2), 32)
    v128.store(out, i64x2.shuffle(ab1, cd1, 1, 3), 48)
  }
}

/** Word `t` of the schedule, which is made in place of word `t - 16`. */
function scheduled(words: usize, t: i32): v128 {
  const own = words + ((<usize>(t & 15)) << 4)
  const w15 = v128.load(words + ((<usize>((t + 1) & 15)) << 4))
  const w7 = v128.load(words + ((<usize>((t + 9) & 15)) << 4))
  const w2 = v128.load(words + ((<usize>((t + 14) & 15)) << 4))
  const s0 = v128.xor(v128.xor(rotated(w15, 7), rotated(w15, 18)), i32x4.shr_u(w15, 3))
  const s1 = v128.xor(v128.xor(rotated(w2, 17), rotated(w2, 19)), i32x4.shr_u(w2, 10))
  const word = i32x4.add(i32x4.add(v128.load(own), s0), i32x4.add(w7, s1))
  v128.store(own, word)
  return word
}

/** Takes one block a lane into the lanes whose bits are set in `active`. */
function compress(work: usize, active: v128): void {
  const words = work + SCHEDULE
  const state = work + STATE
  let a = v128.load(state)
  let b = v128.load(state, 16)
  let c = v128.load(state, 32)
  let d = v128.load(state, 48)
  let e = v128.load(state, 64)
  let f = v128.load(state, 80)
  let g = v128.load(state, 96)
  let h = v128.load(state, 112)
  for (let t = 0; t < 64; t++) {
    const word = t < 16 ? v128.load(words + ((<usize>t) << 4)) : scheduled(words, t)
    const sum1 = v128.xor(v128.xor(rotated(e, 6), rotated(e, 11)), rotated(e, 25))
    const constant = v128.load32_splat(work + ((<usize>t) << 2))
    const first = i32x4.add(
      i32x4.add(i32x4.add(h, sum1), v128.bitselect(f, g, e)),
      i32x4.add(constant, word),
    )
    const sum0 = v128.xor(v128.xor(rotated(a, 2), rotated(a, 13)), rotated(a, 22))
    const majority = v128.bitselect(c, b, v128.xor(a, b))
    h = g
    g = f
    f = e
    e = i32x4.add(d, first)
    d = c
    c = b
    b = a
    a = i32x4.add(first, i32x4.add(sum0, majority))
  }
  addTo(state, a, active)
  addTo(state + 16, b, active)
  addTo(state + 32, c, active)
  addTo(state + 48, d, active)
  addTo(state + 64, e, active)
  addTo(state + 80, f, active)
  addTo(state + 96, g, active)
  addTo(state + 112, h, active)
}

function addTo(location: usize, value: v128, active: v128): void {
  v128.store(location, i32x4.add(v128.load(location), v128.and(value, active)))
}

function begin(work: usize): void {
  const state = work + STATE
  v128.store(state, i32x4.splat(0x6a09e667))
  v128.store(state, i32x4.splat(0xbb67ae85), 16)
  v128.store(state, i32x4.splat(0x3c6ef372), 32)
  v128.store(state, i32x4.splat(0xa54ff53a), 48)
  v128.store(state, i32x4.splat(0x510e527f), 64)
  v128.store(state, i32x4.splat(0x9b05688c), 80)
  v128.store(state, i32x4.splat(0x1f83d9ab), 96)
  v128.store(state, i32x4.splat(0x5be0cd19), 112)
}

/** Writes the hashes of the first `lanes` lanes one behind the other. */
function finish(work: usize, lanes: i32, out: usize): void {
  for (let lane = 0; lane < lanes; lane++) {
    const from = work + STATE + ((<usize>lane) << 2)
    const to = out + <usize>lane * HASH
    for (let i: usize = 0; i < 8; i++)
      store<u32>(to + (i << 2), bswap<u32>(load<u32>(from + (i << 4))))
  }
}

/**
 * Hashes messages that are padded already. `list` has two u32 for each: its location, and how many blocks of 64 bytes it
 * has. Writes 32 bytes for each to `out`.
 */
export function hash_messages(list: usize, count: i32, work: usize, out: usize): void {
  const words = work + SCHEDULE
  for (let first = 0; first < count; first += LANES) {
    const lanes = min(LANES, count - first)
    const at = list + ((<usize>first) << 3)
    // Lanes without a message do the first one's work again.
    const a = load<u32>(at)
    const b = lanes > 1 ? load<u32>(at, 8) : a
    const c = lanes > 2 ? load<u32>(at, 16) : a
    const d = lanes > 3 ? load<u32>(at, 24) : a
    const blocksA = load<i32>(at, 4)
    const blocksB = lanes > 1 ? load<i32>(at, 12) : blocksA
    const blocksC = lanes > 2 ? load<i32>(at, 20) : blocksA
    const blocksD = lanes > 3 ? load<i32>(at, 28) : blocksA
    const blocks = i32x4(blocksA, blocksB, blocksC, blocksD)
    const most = max(max(blocksA, blocksB), max(blocksC, blocksD))
    begin(work)
    for (let n = 0; n < most; n++) {
      // A lane that is done is read once more where its message ends, and what comes of it is left out.
      spread(
        a + <usize>min(n, blocksA - 1) * BLOCK,
        b + <usize>min(n, blocksB - 1) * BLOCK,
        c + <usize>min(n, blocksC - 1) * BLOCK,
        d + <usize>min(n, blocksD - 1) * BLOCK,
        words,
      )
      compress(work, i32x4.lt_s(i32x4.splat(n), blocks))
    }
    finish(work, lanes, out + <usize>first * HASH)
  }
}

/** Makes the root of a perfect tree of `count` hashes, a power of two, in place of the first. */
export function fold_hashes(hashes: usize, count: i32, work: usize): void {
  const nodes = work + NODES
  for (let width = count >> 1; width > 0; width >>= 1)
    for (let first = 0; first < width; first += LANES) {
      const lanes = min(LANES, width - first)
      for (let lane = 0; lane < LANES; lane++) {
        const pair = hashes + <usize>(first + min(lane, lanes - 1)) * 2 * HASH
        putNode(nodes + <usize>lane * NODE_BYTES, pair)
      }
      begin(work)
      for (let n: usize = 0; n < 2; n++) {
        const at = nodes + n * BLOCK
        spread(at, at + NODE_BYTES, at + 2 * NODE_BYTES, at + 3 * NODE_BYTES, work + SCHEDULE)
        compress(work, i32x4.splat(-1))
      }
      finish(work, lanes, hashes + <usize>first * HASH)
    }
}

/** The message of a node: one, both hashes, and the padding of 65 bytes. */
function putNode(to: usize, pair: usize): void {
  store<u8>(to, 1)
  memory.copy(to + 1, pair, 2 * HASH)
  store<u8>(to + 65, 0x80)
  memory.fill(to + 66, 0, 60)
  store<u16>(to + 126, bswap<u16>(520))
}

/**
 * Lays out the message of each leaf of a bundle: zero, the entry, and the padding. Writes the list for
 * {@link hash_messages}. Returns -1 for what is not `count` entries, each behind its length, and nothing else.
 */
export function lay_out(bundle: usize, length: i32, count: i32, list: usize, messages: usize): i32 {
  const end = bundle + <usize>length
  let at = bundle
  let to = messages
  for (let i = 0; i < count; i++) {
    if (at + 2 > end) return -1
    const size = <usize>bswap<u16>(load<u16>(at))
    const entry = at + 2
    at = entry + size
    if (at > end) return -1
    const blocks = (size + FRAME + BLOCK - 1) / BLOCK
    const last = to + blocks * BLOCK
    store<u8>(to, 0)
    memory.copy(to + 1, entry, size)
    memory.fill(to + 1 + size, 0, blocks * BLOCK - 1 - size)
    store<u8>(to + 1 + size, 0x80)
    store<u32>(last - 4, bswap<u32>(<u32>(8 * (1 + size))))
    store<u32>(list + ((<usize>i) << 3), <u32>to)
    store<u32>(list + ((<usize>i) << 3), <u32>blocks, 4)
    to = last
  }
  return at === end ? 0 : -1
}

/** A message's first byte, a bit, and the count of its bits. */
const FRAME: usize = 10
const VERSION: u8 = 1
const ISSUANCE: u8 = 1
const REVOCATION: u8 = 2
const OPENING: u8 = 3
/** Bytes of an outline. */
const OUTLINE: usize = 64

/**
 * Writes an outline for each entry of a bundle that was laid out, openings left out: words of 32 bits, of which the first is 1
 * for a revocation; at 8 the token id, at 24 the input's hash, four words and eight whose highest byte came first; at 56 the
 * expiry in milliseconds, an f64. Returns how many there are, or -1 where one is no entry.
 */
export function outline_entries(bundle: usize, count: i32, out: usize): i32 {
  let at = bundle
  let to = out
  for (let i = 0; i < count; i++) {
    const size = <usize>bswap<u16>(load<u16>(at))
    const entry = at + 2
    at = entry + size
    if (size < 2 || load<u8>(entry) !== VERSION) return -1
    const kind = load<u8>(entry, 1)
    if (kind === OPENING) continue
    if (kind !== ISSUANCE && kind !== REVOCATION) return -1
    const expiry: usize = kind === ISSUANCE ? 58 : 50
    if (size < expiry + 8) return -1
    store<u32>(to, kind === REVOCATION ? 1 : 0)
    for (let word: usize = 0; word < 48; word += 4)
      store<u32>(to + word, bswap<u32>(load<u32>(entry + word, 2)), 8)
    store<f64>(to, <f64>bswap<u64>(load<u64>(entry + expiry)), 56)
    to += OUTLINE
  }
  return <i32>((to - out) / OUTLINE)
}
