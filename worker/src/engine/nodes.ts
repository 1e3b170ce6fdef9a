/**
 * HTTP to the engine's nodes: one keep-alive client a node, basic auth read
 * anew for each request (it may be rotated), no redirects, and no settings
 * from the environment.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { type AxiosInstance } from 'axios';
import { toEngineError } from './errors.ts';

export interface BasicAuth {
  username: string;
  password: string;
}

export class EngineNode {
  /** Base URL of its REST API. */
  readonly url: string;
  readonly #http: AxiosInstance;

  constructor(url: string, auth: () => BasicAuth | undefined) {
    this.url = url.replace(/\/+$/, '');
    this.#http = axios.create({
      baseURL: this.url,
      httpAgent: new HttpAgent({ keepAlive: true }),
      httpsAgent: new HttpsAgent({ keepAlive: true }),
      maxRedirects: 0,
      proxy: false,
      maxContentLength: 64 * 1024 * 1024,
      headers: { Accept: 'application/json' },
    });
    this.#http.interceptors.request.use((request) => {
      const current = auth();
      return current ? Object.assign(request, { auth: current }) : request;
    });
  }

  /**
   * Posts and returns the answer's body.
   * @param expected the only status that counts as success: anything else is not the engine speaking.
   * @throws EngineError
   */
  async post(path: string, body: unknown, expected: 200 | 204, timeoutMs: number): Promise<unknown> {
    try {
      const response = await this.#http.post(path, body, {
        timeout: timeoutMs,
        validateStatus: (status) => status === expected,
      });
      return response.data;
    } catch (error) {
      throw toEngineError(error);
    }
  }

  close(): void {
    const { httpAgent, httpsAgent } = this.#http.defaults as { httpAgent: HttpAgent; httpsAgent: HttpsAgent };
    httpAgent.destroy();
    httpsAgent.destroy();
  }
}
