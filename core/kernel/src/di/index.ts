/** Dependency injection for modules that are made of many classes. Put `@inject(token)` on every constructor parameter. */
export { type Container, inject, injectable, optional } from 'inversify';
export { moduleContainer } from './module-container.js';
