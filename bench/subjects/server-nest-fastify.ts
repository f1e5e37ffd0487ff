import 'reflect-metadata';
import type net from 'node:net';
import { Body, Controller, Get, Header, HttpCode, Module, Post, Req, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { CONTENT, fieldsFor } from './subject.ts';

class Hello {
  hello(): string {
    return CONTENT;
  }

  fields(request: { url: string }, reply: { headers(fields: object): void }): string {
    reply.headers(Object.fromEntries(fieldsFor(request.url)));
    return CONTENT;
  }

  take(_: unknown): string {
    return CONTENT;
  }
}

// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- all there is to a module are its decorators
class App {}

// Decorators are calls: so written, they need no compiler that knows them.
decorate('hello', Get('/'), Header('Content-Type', 'text/plain'));
decorate('fields', Get('/:fields'), Header('Content-Type', 'text/plain'));
Req()(Hello.prototype, 'fields', 0);
Res({ passthrough: true })(Hello.prototype, 'fields', 1);
decorate('take', Post('/'), HttpCode(200), Header('Content-Type', 'text/plain'));
Body()(Hello.prototype, 'take', 0);
Controller()(Hello);
Module({ controllers: [Hello] })(App);

function decorate(method: keyof Hello, ...decorators: MethodDecorator[]): void {
  const descriptor = Object.getOwnPropertyDescriptor(Hello.prototype, method);
  if (descriptor === undefined) return;
  for (const one of decorators) one(Hello.prototype, method, descriptor);
}

export async function listen(): Promise<number> {
  const app = await NestFactory.create(App, new FastifyAdapter(), { logger: false });
  await app.listen(0, '0.0.0.0');
  return ((app.getHttpServer() as net.Server).address() as net.AddressInfo).port;
}
