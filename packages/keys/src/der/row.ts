/** Structures of DER as rows of their fields, and what is there of one. */
import { childrenOf, type Element, elementAt, elementOf, TAG } from './der.ts'

/** Undefined for a field that is absent; none at all where one is missing that must be there. */
type Fields = readonly (Element | undefined)[]

export class Row {
  readonly #fields: readonly { tag: number | undefined; values: number[]; isOptional: boolean }[]

  /** @param row tags in hex or `*` for any, `=` before the values of one byte, `?` behind what may be absent: `02=0|1 30 a0? *?` */
  constructor(row: string) {
    this.#fields = row.split(' ').map((field) => {
      const [tag = '', values = ''] = field.split('=')
      return {
        tag: tag.startsWith('*') ? undefined : Number.parseInt(tag, 16),
        values: values === '' ? [] : values.split('|').map(Number),
        isOptional: field.endsWith('?'),
      }
    })
  }

  at(bytes: Uint8Array, at: number, end: number = bytes.length): Fields {
    const found: (Element | undefined)[] = []
    let next = at
    for (const { tag, values, isOptional } of this.#fields) {
      const element =
        tag === undefined ? elementAt(bytes, next, end) : elementOf(bytes, next, end, tag)
      if (element === undefined && !isOptional) return []
      if (values.length > 0 && (bytes[next + 1] !== 1 || !values.includes(bytes[next + 2] ?? -1)))
        return []
      found.push(element)
      next = element?.to ?? next
    }
    return found
  }

  of(bytes: Uint8Array, parent: Element | undefined): Fields {
    if (parent === undefined || childrenOf(bytes, parent) === undefined) return []
    return this.at(bytes, parent.from, parent.to)
  }

  in(der: Uint8Array): Fields {
    return this.of(der, elementOf(der, 0, der.length, TAG.sequence))
  }
}
