"""Tests, by layer: unit, contracts, services, storage, api, pages, browser, quality, architecture."""
