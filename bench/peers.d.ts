// What the benchmark calls of its peers, which are installed apart (bench/package.json): so `tsc` at the root, and the
// linter, know it without them.

declare module 'undici' {
  export * from 'undici-types';
}

declare module 'got' {
  const got: (url: string, options: object) => Promise<unknown>;
  export default got;
}

declare module 'axios' {
  interface Axios {
    request(config: object): Promise<unknown>;
  }
  const axios: { create(config: object): Axios };
  export default axios;
}

declare module '@nestjs/axios' {
  import type { Observable } from 'rxjs';
  export class HttpService {
    constructor(axios: unknown);
    request(config: object): Observable<unknown>;
  }
}

declare module 'ky' {
  const ky: (url: string, options: object) => { text(): Promise<string> };
  export default ky;
}

declare module 'fastify' {
  import type { Server } from 'node:http';
  interface Reply {
    type(type: string): this;
    headers(fields: object): this;
    send(content: string): this;
  }
  type Handler = (request: { readonly url: string }, reply: Reply) => Reply;
  interface App {
    readonly server: Server;
    get(path: string, handler: Handler): void;
    post(path: string, handler: Handler): void;
    listen(options: { port: number; host: string; backlog: number }): Promise<string>;
  }
  export default function fastify(): App;
}

declare module 'hono' {
  interface Context {
    readonly req: { readonly path: string; json(): Promise<unknown> };
    text(content: string, status?: number, headers?: Record<string, string>): Response;
  }
  type Handler = (context: Context) => Response | Promise<Response>;
  export class Hono {
    readonly fetch: (request: Request) => Response | Promise<Response>;
    get(path: string, handler: Handler): void;
    post(path: string, handler: Handler): void;
  }
}

declare module '@hono/node-server' {
  export function serve(options: object, listening: (address: { port: number }) => void): void;
}

declare module 'reflect-metadata' {}

declare module '@nestjs/common' {
  export function Controller(): ClassDecorator;
  export function Module(metadata: object): ClassDecorator;
  export function Get(path: string): MethodDecorator;
  export function Post(path: string): MethodDecorator;
  export function Header(name: string, value: string): MethodDecorator;
  export function HttpCode(status: number): MethodDecorator;
  export function Body(): ParameterDecorator;
  export function Req(): ParameterDecorator;
  export function Res(options: object): ParameterDecorator;
}

declare module '@nestjs/core' {
  interface Application {
    listen(port: number, host: string): Promise<unknown>;
    getHttpServer(): unknown;
  }
  export const NestFactory: {
    create(module: unknown, adapter: unknown, options: object): Promise<Application>;
  };
}

declare module '@nestjs/platform-fastify' {
  export const FastifyAdapter: new () => object;
}

declare module 'autocannon' {
  interface Outcome {
    readonly requests: { readonly total: number; readonly average: number };
    readonly non2xx: number;
    readonly errors: number;
  }
  export default function autocannon(options: object): Promise<Outcome>;
}

declare const Bun: {
  serve(options: { port: number; hostname: string; fetch(request: Request): Promise<Response> }): {
    readonly port: number;
  };
};
