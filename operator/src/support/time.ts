/** Times as the API server writes them, for rooms that have no clock. */
export const rfc3339 = (ms: number): string => new Date(ms).toISOString();
