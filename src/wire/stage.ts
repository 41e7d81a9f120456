/**
 * The shape that every step of the data path has.
 *
 * @module
 */

/**
 * A step of the data path: takes what has come, gives what is ready.
 * Synchronous and in batches, because one `await` a message costs more than
 * parsing the message.
 */
export interface Stage<Input, Output> {
  /**
   * Takes more input.
   *
   * @param input What has come since the last call.
   * @returns What that completed, in order; often empty.
   */
  push(input: Input): Output[];
  /**
   * Says that nothing more comes. Neither method may be called after it.
   *
   * @returns What was still held back.
   */
  end(): Output[];
}
