/** Expected failures. `code` is the metric label and the log field; `retryable` says whether trying again can help. */

export class OperatorError extends Error {
  readonly code: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, retryable: boolean) {
    super(message);
    this.name = 'OperatorError';
    this.code = code;
    this.retryable = retryable;
  }
}

/** The API server answered with an error. Its message is kept: it names objects and fields, never secret values. */
export class KubeError extends OperatorError {
  readonly status: number;
  /** The machine-readable reason of the answer, for example `Conflict`. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(`kube_${reason || status}`, message, status >= 500 || status === 429 || status === 409);
    this.name = 'KubeError';
    this.status = status;
    this.reason = reason;
  }
}

/** The code of any error, for a metric label: known ones keep theirs, others share one. */
export function errorCode(error: unknown): string {
  return error instanceof OperatorError ? error.code : 'unexpected';
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
