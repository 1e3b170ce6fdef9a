/** The engine's REST API for the chart's hook and test; needs ENGINE_URL, ENGINE_USERNAME and ENGINE_PASSWORD. */
const { ENGINE_URL, ENGINE_USERNAME, ENGINE_PASSWORD } = process.env;
const authorization = `Basic ${Buffer.from(`${ENGINE_USERNAME}:${ENGINE_PASSWORD}`).toString('base64')}`;

/**
 * One call: GET, or POST where there is a body (FormData as it is, anything else as JSON), or as `method` says.
 * @throws Error with the status and the engine's words, never with the password
 */
export async function engine(path, body, method = body === undefined ? 'GET' : 'POST') {
  const json = body !== undefined && !(body instanceof FormData);
  const response = await fetch(`${ENGINE_URL}${path}`, {
    method,
    headers: { authorization, ...(json && { 'content-type': 'application/json' }) },
    body: json ? JSON.stringify(body) : body,
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${text.slice(0, 500)}`);
  return text ? JSON.parse(text) : undefined;
}
