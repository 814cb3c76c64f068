/** Half of a batch gcd: the product of its moduli, then what each of them shares with any. @module */
import { parentPort } from 'node:worker_threads'
import { type ProductTree, productOf, productTree, sharedWith } from './batch_gcd.ts'

/** First the moduli, then the product of those of the others. */
export type GcdOrder = { readonly moduli: readonly bigint[] } | { readonly others: bigint }

/** The product alone; or what each modulus shares with any other. */
export type GcdAnswer = readonly bigint[]

let tree: ProductTree | undefined

parentPort?.on('message', (order: GcdOrder) => {
  if ('moduli' in order) {
    tree = productTree(order.moduli)
    parentPort?.postMessage([productOf(tree)], [])
    return
  }
  parentPort?.postMessage(tree === undefined ? [] : sharedWith(tree, order.others), [])
  parentPort?.close()
})
