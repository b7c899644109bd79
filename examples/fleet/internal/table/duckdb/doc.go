// SPDX-License-Identifier: Apache-2.0

// Package duckdb has a test that DuckDB reads the tables of a fleet. It is a module of its own because
// DuckDB needs a C compiler.
package duckdb
