"""What tests share: sites, servers, clients and declarations to test with."""
