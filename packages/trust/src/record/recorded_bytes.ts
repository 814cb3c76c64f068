/** The recorded bytes of a document: published private keys are removed. @module */
import { readJson } from '../sources/json_text.ts'
import { withoutPrivate } from '../sources/key.ts'

const PRIVATE_PEM =
  /(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----)[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g

/** The same bytes where nothing is private. Private members and PEM blocks stay, without their values. */
export function recordedBytes(body: Uint8Array): Uint8Array {
  const source = Buffer.from(body).toString('utf8')
  const json = readJson(source)
  if ('problem' in json) {
    const cleaned = source.replaceAll(PRIVATE_PEM, '$1removed$2')
    return cleaned === source ? body : Buffer.from(cleaned)
  }
  const cleaned = JSON.stringify(withoutPrivate(json.value))
  return cleaned === JSON.stringify(json.value) ? body : Buffer.from(cleaned)
}
