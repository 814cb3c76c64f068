/** What is kept of a document: its bytes, or where private keys were published a copy without them. @module */
import { readJson } from '../sources/json_text.ts'
import { withoutPrivate } from '../sources/key.ts'

const PRIVATE_PEM =
  /(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----)[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g

/** The bytes themselves where nothing in them is private. Members and blocks that were stay, without their values. */
export function recordedBytes(body: Uint8Array): Uint8Array {
  const source = Buffer.from(body).toString('utf8')
  const json = readJson(source)
  if ('problem' in json) {
    const kept = source.replaceAll(PRIVATE_PEM, '$1removed$2')
    return kept === source ? body : Buffer.from(kept)
  }
  const kept = JSON.stringify(withoutPrivate(json.value))
  return kept === JSON.stringify(json.value) ? body : Buffer.from(kept)
}
