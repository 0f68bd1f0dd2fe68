"""Documents, containers and search services: the only room that knows the SDKs of Azure, and loads them when used."""
