"""Sections of the report: each turns a part of the content into paragraphs, tables and figures."""
