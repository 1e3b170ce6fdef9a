/** A browser's session at the web applications, without the browser: cookies, the token against forged requests, a sign-in. */
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';

const USER = '/camunda/api/admin/auth/user/default';

export interface Site {
  /** Name that the certificate has to be for. */
  host: string;
  /** Port at 127.0.0.1 that stands for the site's. */
  port: number;
  /** PEM of the only CA that is trusted. */
  ca: string;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export class WebSession {
  /** Values by the cookies' names. Paths and ages do not matter within one session. */
  readonly cookies = new Map<string, string>();
  readonly #site: Site;

  constructor(site: Site) {
    this.#site = site;
  }

  get(path: string): Promise<Answer> {
    return this.#ask('GET', path);
  }

  /** Opens the Tasklist and signs in there as its page does; returns the answer's status. */
  async signIn(username: string, password: string): Promise<number> {
    await this.get('/camunda/app/tasklist/default/');
    const form = new URLSearchParams({ username, password }).toString();
    const { status } = await this.#ask('POST', `${USER}/login/tasklist`, form);
    return status;
  }

  /** What the Tasklist asks for, `times` in a row; returns the answers' statuses. */
  async countTasks(times: number, mark = ''): Promise<number[]> {
    const statuses: number[] = [];
    for (let done = 0; done < times; done++) {
      statuses.push((await this.get(`/camunda/api/engine/engine/default/task/count?mark=${mark}`)).status);
    }
    return statuses;
  }

  /** @throws Error when the certificate is not one of the CA for the host */
  #ask(method: string, path: string, form?: string): Promise<Answer> {
    const { host, port, ca } = this.#site;
    const token = this.cookies.get('XSRF-TOKEN');
    const headers = {
      host,
      cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(token === undefined ? {} : { 'x-xsrf-token': token }),
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    };
    return new Promise((resolve, reject) => {
      const call = request(
        { host: '127.0.0.1', port, servername: host, ca, method, path, headers, timeout: 10_000 },
        (response) => {
          let body = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            body += chunk;
          });
          response.once('error', reject);
          response.once('end', () => {
            for (const cookie of response.headers['set-cookie'] ?? []) this.#keep(cookie);
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
          });
        },
      );
      call.once('timeout', () => call.destroy(new Error(`no answer to ${method} ${path}`)));
      call.once('error', reject);
      call.end(form);
    });
  }

  #keep(cookie: string): void {
    const [pair = ''] = cookie.split(';');
    const at = pair.indexOf('=');
    this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
}
